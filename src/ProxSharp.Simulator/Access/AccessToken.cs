namespace ProxSharp.Simulator.Access;

/// <summary>An API token.</summary>
internal sealed class AccessToken(string name, string secret)
{
    public string Name { get; } = name;

    public string Secret { get; set; } = secret;

    public bool PrivilegeSeparation { get; set; } = true;

    public bool Enabled => EnableSetting ?? true;

    /// <summary>What was set; null if nothing was.</summary>
    public bool? EnableSetting { get; set; }

    /// <summary>Unix seconds; 0 is never.</summary>
    public long Expire { get => ExpireSetting ?? 0; set => ExpireSetting = value; }

    /// <summary>What was set; null if nothing was.</summary>
    public long? ExpireSetting { get; set; }

    public string? Comment { get; set; }
}
