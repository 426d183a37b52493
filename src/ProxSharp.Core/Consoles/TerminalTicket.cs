namespace ProxSharp.Consoles;

/// <summary>What the first words on the websocket of a terminal need.</summary>
/// <param name="Name">Task and port, for people.</param>
/// <param name="User">The user that the ticket is for.</param>
/// <param name="Ticket">The ticket; a secret.</param>
/// <param name="Path">The path of the websocket.</param>
/// <param name="Columns">The width of the terminal in characters.</param>
/// <param name="Rows">The height of the terminal in lines.</param>
internal readonly record struct TerminalTicket(string Name, string User, string Ticket, string Path, int Columns, int Rows);
