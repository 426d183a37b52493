namespace ProxSharp.Pve;

/// <summary>Access control: users, groups, roles, permissions, realms, API tokens and second factors.</summary>
public sealed partial class Access
{
    internal Access(PveClient client) => Client = client;

    internal PveClient Client { get; }
}
