namespace ProxSharp.Simulator.Access;

/// <summary>A user of the simulated server.</summary>
internal sealed class AccessUser(string userId)
{
    public string UserId { get; } = userId;

    public string Realm => UserId[(UserId.LastIndexOf('@') + 1)..];

    public string? Password { get; set; }

    public bool Enabled { get; set; } = true;

    /// <summary>Unix seconds; 0 is never.</summary>
    public long Expire { get; set; }

    /// <summary>The descriptive fields (comment, email, firstname, lastname, keys) that are set.</summary>
    public SortedDictionary<string, string> Details { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> Groups { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, AccessToken> Tokens { get; } = new(StringComparer.Ordinal);

    public List<SecondFactor> Factors { get; } = [];

    public bool IsUsable(DateTimeOffset now) => Enabled && (Expire == 0 || Expire > now.ToUnixTimeSeconds());
}
