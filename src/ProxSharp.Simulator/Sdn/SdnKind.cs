namespace ProxSharp.Simulator.Sdn;

/// <summary>One kind of object of software-defined networks.</summary>
/// <param name="List">The path of its list.</param>
/// <param name="Key">The parameter that names an object.</param>
/// <param name="Missing">What the server calls an object it does not find.</param>
internal sealed record SdnKind(string List, string Key, string Missing)
{
    public static readonly SdnKind Zone = new(SdnConfig.Zones, "zone", "sdn");

    public static readonly SdnKind Network = new(SdnConfig.Networks, "vnet", "sdn vnet");

    public static readonly SdnKind Controller = new(SdnConfig.Controllers, "controller", "sdn");

    public static readonly SdnKind Dns = new($"{SdnConfig.Root}/dns", "dns", "sdn");

    public static readonly SdnKind Ipam = new($"{SdnConfig.Root}/ipams", "ipam", "sdn");

    /// <summary>What a failed change begins with.</summary>
    public string Failure(string verb) => $"{verb} sdn {Key} object failed";
}
