namespace ProxSharp.Pbs;

/// <summary>Accounts and plugins for certificates from ACME directories.</summary>
public sealed partial class Acme
{
    internal Acme(PbsClient client) => Client = client;

    internal PbsClient Client { get; }
}
