namespace ProxSharp.Simulator.Mappings;

/// <summary>A kind of resource mapping.</summary>
/// <param name="Name">The part of the path: <c>pci</c>, <c>usb</c> or <c>dir</c>.</param>
/// <param name="Noun">What the server calls an object of it.</param>
/// <param name="Subject">What the server calls the kind when a change fails.</param>
internal sealed record MappingKind(string Name, string Noun, string Subject)
{
    public static readonly IReadOnlyList<MappingKind> All =
        [new("pci", "PCI", "hardware"), new("usb", "USB", "hardware"), new("dir", "directory", "directory")];

    public string List => $"/cluster/mapping/{Name}";

    /// <summary>The member under which checks are told.</summary>
    public string Checks => Name == "usb" ? "errors" : "checks";
}
