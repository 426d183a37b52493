using ProxSharp.PropertyStrings;

namespace ProxSharp.Core.Tests.PropertyStrings;

/// <summary>A property string as the generator writes them: default key, key alias, all kinds of members.</summary>
internal sealed record NetworkText : PropertyString
{
    private static readonly PropertyStringFormat s_format = new(
        "net",
        defaultKey: "model",
        aliases: new Dictionary<string, string> { ["virtio"] = "macaddr", ["e1000"] = "macaddr", ["vlan"] = "tag" },
        keyAliases: new Dictionary<string, string> { ["virtio"] = "model", ["e1000"] = "model" });

    public NetworkText()
        : this(PropertyStringEntries.Empty)
    {
    }

    private NetworkText(PropertyStringEntries entries)
        : base(s_format, entries)
    {
    }

    public string? Model { get => Get("model"); init => Set("model", value); }

    public string? MacAddress { get => Get("macaddr"); init => Set("macaddr", value); }

    public string? Bridge { get => Get("bridge"); init => Set("bridge", value); }

    public bool? Firewall { get => GetBoolean("firewall"); init => Set("firewall", value); }

    public long? Tag { get => GetInt64("tag"); init => Set("tag", value); }

    public double? Rate { get => GetDouble("rate"); init => Set("rate", value); }

    public static NetworkText Parse(string text) => new(PropertyStringEntries.Parse(text));
}
