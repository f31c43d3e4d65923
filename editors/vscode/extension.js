// Starts `osteologic language-server` for YAML files of a knowledge base, and gives its lenses something to run.
const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

function activate(context) {
  const [command, ...rest] = vscode.workspace.getConfiguration("osteologic").get("command");
  const server = { command, args: [...rest, "language-server"], transport: TransportKind.stdio };
  const folders = ["**/rules/**/*.yaml", "**/knowledge/**/*.yaml", "**/cases/**/*.yaml"];
  client = new LanguageClient("osteologic", "Osteologic", server, {
    documentSelector: folders.map((pattern) => ({ scheme: "file", pattern })),
    synchronize: { fileEvents: folders.map((pattern) => vscode.workspace.createFileSystemWatcher(pattern)) },
    middleware: {
      executeCommand: async (name, given, next) => {
        const told = await next(name, given);
        if (name === "osteologic.whatFollows" && told) {
          const shown = await vscode.workspace.openTextDocument({ content: told });
          await vscode.window.showTextDocument(shown, { preview: true, viewColumn: vscode.ViewColumn.Beside });
        }
        return told;
      },
    },
  });
  context.subscriptions.push({ dispose: () => client.stop() });
  return client.start();
}

function deactivate() {
  return client ? client.stop() : undefined;
}

module.exports = { activate, deactivate };
