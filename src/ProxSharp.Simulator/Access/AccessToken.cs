namespace ProxSharp.Simulator.Access;

/// <summary>An API token.</summary>
internal sealed class AccessToken(string name, string secret)
{
    public string Name { get; } = name;

    public string Secret { get; set; } = secret;

    public bool PrivilegeSeparation { get; set; } = true;

    public bool Enabled { get; set; } = true;

    /// <summary>Unix seconds; 0 is never.</summary>
    public long Expire { get; set; }

    public string? Comment { get; set; }
}
