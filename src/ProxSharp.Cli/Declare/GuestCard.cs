namespace ProxSharp.Cli.Declare;

/// <summary>A network card in a configuration. An address that the file does not name is the server's choice. Pure.</summary>
internal sealed class GuestCard
{
    private static readonly HashSet<string> s_models = new(StringComparer.Ordinal)
    {
        "e1000", "e1000-82540em", "e1000-82544gc", "e1000-82545em", "e1000e", "i82551", "i82557b", "i82559er", "ne2k_isa", "ne2k_pci", "pcnet",
        "rtl8139", "virtio", "vmxnet3",
    };

    private readonly List<(string Key, string Value)> _members = [];

    /// <summary>Reads one.</summary>
    public GuestCard(string text)
    {
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? "model" : part[..equals];
            string value = part[(equals + 1)..];
            if (s_models.Contains(key))
            {
                _members.Add(("model", key));
                _members.Add(("macaddr", value.ToUpperInvariant()));
            }
            else
            {
                _members.Add((key, key is "macaddr" or "hwaddr" ? value.ToUpperInvariant() : value));
            }
        }
    }

    /// <summary>Tells whether a key of a configuration holds a network card.</summary>
    public static bool IsKey(string key) => key.StartsWith("net", StringComparison.Ordinal) && key.Length > 3 && key[3..].All(char.IsAsciiDigit);

    /// <summary>Takes over what the server has chosen, where this one leaves it open.</summary>
    public GuestCard Over(GuestCard present)
    {
        foreach ((string key, string value) in present._members.Where(member => member.Key is "macaddr" or "hwaddr" or "type"))
        {
            if (_members.TrueForAll(member => member.Key != key))
            {
                _members.Add((key, value));
            }
        }

        return this;
    }

    /// <summary>Tells whether both say the same, in any order.</summary>
    public bool Is(GuestCard other) => _members.ToHashSet().SetEquals(other._members);

    /// <summary>The text for the server.</summary>
    public override string ToString()
    {
        string? model = _members.Find(static member => member.Key == "model").Value;
        string? address = _members.Find(static member => member.Key == "macaddr").Value;
        IEnumerable<string> others = _members.Where(member => model is null || member.Key is not ("model" or "macaddr"))
            .Select(static member => $"{member.Key}={member.Value}");
        return string.Join(',', model is null ? others : others.Prepend(address is null ? model : $"{model}={address}"));
    }
}
