namespace ProxSharp.Simulator.Http;

/// <summary>What is spoken on a connection after it has become a websocket: every output follows from an input.</summary>
internal interface IStreamProtocol
{
    /// <summary>True when the server's side has nothing more to say; the connection is then closed.</summary>
    bool IsOver { get; }

    /// <summary>Begins the session; returns what the server says first.</summary>
    /// <param name="breaker">Breaks the connection off, for the server's side to call.</param>
    byte[] Open(Action breaker);

    /// <summary>Takes bytes from the client; returns the server's answer, empty if there is none.</summary>
    byte[] Receive(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the session, whoever ended it.</summary>
    void Close();
}
