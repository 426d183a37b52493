namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>What is spoken on a connection after the upgrade: the writer's or the reader's commands.</summary>
internal interface IBackupProtocol
{
    /// <summary>Begins the session.</summary>
    /// <param name="breaker">Breaks the connection off, for the server's side to call.</param>
    /// <param name="connectionId">The number of the connection.</param>
    void Open(Action breaker, long connectionId);

    /// <summary>Executes one command.</summary>
    Task HandleAsync(SessionExchange exchange);

    /// <summary>Ends the session, whoever ended the connection.</summary>
    void Close();
}
