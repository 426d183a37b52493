namespace ProxSharp.Pbs;

/// <summary>How users log in: LDAP, Active Directory, OpenID Connect, PAM and the built-in realm, and the WebAuthn settings.</summary>
public sealed partial class Realms
{
    internal Realms(PbsClient client) => Client = client;

    internal PbsClient Client { get; }
}
