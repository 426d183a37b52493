namespace ProxSharp.Simulator.Access;

/// <summary>Who calls.</summary>
/// <param name="UserId">The user, <c>name@realm</c>.</param>
/// <param name="TokenName">The API token the user came with; null for a ticket.</param>
internal sealed record Principal(string UserId, string? TokenName)
{
    /// <summary>A caller who has not logged in.</summary>
    public static readonly Principal Anonymous = new("", null);

    /// <summary><c>name@realm</c> or <c>name@realm!token</c>.</summary>
    public string AuthId => TokenName is null ? UserId : $"{UserId}!{TokenName}";

    // Proxmox: a token of root@pam is not root@pam.
    public bool IsRoot => UserId == "root@pam" && TokenName is null;

    public string Realm => UserId[(UserId.LastIndexOf('@') + 1)..];
}
