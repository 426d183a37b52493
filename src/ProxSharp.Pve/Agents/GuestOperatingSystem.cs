namespace ProxSharp.Pve.Agents;

/// <summary>The operating system of a guest. What it does not tell is empty.</summary>
public sealed record GuestOperatingSystem
{
    /// <summary>Its short name, for example <c>debian</c> or <c>mswindows</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its name, for example <c>Debian GNU/Linux</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Name and version for people.</summary>
    public string PrettyName { get; init; } = "";

    /// <summary>Its version in words.</summary>
    public string Version { get; init; } = "";

    /// <summary>Its version as a number.</summary>
    public string VersionId { get; init; } = "";

    /// <summary>Its variant, for example <c>server</c>.</summary>
    public string Variant { get; init; } = "";

    /// <summary>The release of the kernel.</summary>
    public string KernelRelease { get; init; } = "";

    /// <summary>The build of the kernel.</summary>
    public string KernelVersion { get; init; } = "";

    /// <summary>The architecture, for example <c>x86_64</c>.</summary>
    public string Machine { get; init; } = "";

    /// <summary>True for Windows.</summary>
    public bool IsWindows => Id == "mswindows";
}
