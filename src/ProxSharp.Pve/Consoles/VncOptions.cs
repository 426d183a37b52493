using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Consoles;

/// <summary>How the screen of a node's shell or of a container is opened.</summary>
public sealed record VncOptions
{
    /// <summary>The width of the screen in pixels, 16 to 4096; null leaves it to the server.</summary>
    public int? Width { get; init; }

    /// <summary>The height of the screen in pixels, 16 to 2160; null leaves it to the server.</summary>
    public int? Height { get; init; }

    /// <summary>
    /// The program to run in the shell of a node; null for a login. Only for nodes, and all but the login only for <c>root@pam</c>.
    /// </summary>
    public ConsoleCommand? Command { get; init; }

    /// <summary>The arguments of <see cref="Command"/>. Default: none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}
