namespace ProxSharp.Cli.Consoles;

/// <summary>How a session at a console ended.</summary>
internal enum ConsoleEnd
{
    /// <summary>The other side closed it, as after <c>exit</c>.</summary>
    Closed,

    /// <summary>The user left with the key for it.</summary>
    Left,

    /// <summary>The input had ended, and nothing came any more.</summary>
    Silent,
}
