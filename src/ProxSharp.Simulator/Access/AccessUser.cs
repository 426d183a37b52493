namespace ProxSharp.Simulator.Access;

/// <summary>A user of the simulated server.</summary>
internal sealed class AccessUser(string userId)
{
    public string UserId { get; } = userId;

    public string Realm => UserId[(UserId.LastIndexOf('@') + 1)..];

    public string? Password { get; set; }

    public bool Enabled { get => EnableSetting ?? true; set => EnableSetting = value; }

    /// <summary>What was set; null if nothing was.</summary>
    public bool? EnableSetting { get; set; }

    /// <summary>Unix seconds; 0 is never.</summary>
    public long Expire { get => ExpireSetting ?? 0; set => ExpireSetting = value; }

    /// <summary>What was set; null if nothing was.</summary>
    public long? ExpireSetting { get; set; }

    /// <summary>The descriptive fields (comment, email, firstname, lastname, keys) that are set.</summary>
    public SortedDictionary<string, string> Details { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> Groups { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, AccessToken> Tokens { get; } = new(StringComparer.Ordinal);

    public List<SecondFactor> Factors { get; } = [];

    /// <summary>How many wrong factors came, and what they locked.</summary>
    public FactorLimits FactorLimits { get; } = new();

    public bool IsUsable(DateTimeOffset now) => Enabled && (Expire == 0 || Expire > now.ToUnixTimeSeconds());
}
