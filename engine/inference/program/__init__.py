"""The ground productions as a program over bit-vectors."""
