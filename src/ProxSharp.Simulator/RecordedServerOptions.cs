namespace ProxSharp.Simulator;

/// <summary>How a <see cref="RecordedServer"/> starts.</summary>
public sealed record RecordedServerOptions
{
    /// <summary>The TCP port on the loopback address; 0 (the default) takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>Whose exchanges are answered; null (the default) takes the product of the first exchange.</summary>
    public ProxmoxProduct? Product { get; init; }

    /// <summary>The clock that the dates of answers come from; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
