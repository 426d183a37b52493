namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>Ends a shell before its script is through.</summary>
internal sealed class ShellExit(int code, int? signal = null, bool isEndless = false) : Exception
{
    public int Code { get; } = code;

    /// <summary>The signal that killed it; null if it ended by itself.</summary>
    public int? Signal { get; } = signal;

    /// <summary>True if it would never end.</summary>
    public bool IsEndless { get; } = isEndless;
}
