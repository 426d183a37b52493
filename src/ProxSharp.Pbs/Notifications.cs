namespace ProxSharp.Pbs;

/// <summary>Who is told about what: endpoints, matchers and targets.</summary>
public sealed partial class Notifications
{
    internal Notifications(PbsClient client) => Client = client;

    internal PbsClient Client { get; }
}
