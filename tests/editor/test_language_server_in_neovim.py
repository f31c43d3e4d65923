"""A real editor, without its window: Neovim starts the server, and shows what it says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .client import ROOT
from .conftest import small_base

NEOVIM = shutil.which("nvim")
SCRIPT = """
local seen = {}
local client = vim.lsp.start_client({ name = "osteologic", cmd = CMD, root_dir = ROOT })
vim.cmd("edit " .. ROOT .. "/rules/density/density.yaml")
vim.lsp.buf_attach_client(0, client)
local function told(code)
  return function()
    for _, one in ipairs(vim.diagnostic.get(0)) do
      if one.code == code then seen[code] = one.message return true end
    end
    return false
  end
end
vim.api.nvim_buf_set_lines(0, 4, 5, false, { "  when: lowest_t_scor <= treatment_t_score" })
vim.wait(60000, told("OL104"), 50)
vim.api.nvim_win_set_cursor(0, { 5, 36 })
local position = vim.lsp.util.make_position_params(0, "utf-16")
local found = vim.lsp.buf_request_sync(0, "textDocument/hover", position, 30000)
for _, one in pairs(found or {}) do seen.hover = one.result and one.result.contents.value end
local file = io.open(OUT, "w")
file:write(vim.json and vim.json.encode(seen) or vim.fn.json_encode(seen))
file:close()
vim.lsp.stop_client(client)
vim.cmd("qall!")
"""


@pytest.mark.skipif(NEOVIM is None, reason="Neovim is not installed here")
def test_neovim_shows_what_is_wrong_and_what_a_word_means(tmp_path: Path) -> None:
    base, out = small_base(tmp_path / "base"), tmp_path / "told.json"
    command = [sys.executable, str(ROOT / "cli.py"), "language-server"]
    given = f"local CMD = {{{', '.join(map(json.dumps, command))}}}\nlocal ROOT = {json.dumps(str(base))}\n"
    script = tmp_path / "session.lua"
    script.write_text(f"{given}local OUT = {json.dumps(str(out))}\n{SCRIPT}")
    assert NEOVIM is not None
    arguments = [NEOVIM, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {script}"]
    subprocess.run(arguments, check=True, timeout=180, capture_output=True)
    told = json.loads(out.read_text())
    assert "did you mean 'lowest_t_score'?" in told["OL104"]
    assert "T-score to treat at" in told["hover"]
