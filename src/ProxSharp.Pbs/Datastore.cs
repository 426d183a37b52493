using ProxSharp.Ids;

namespace ProxSharp.Pbs;

/// <summary>A place where the server keeps backups. The handle holds its name; nothing is sent until a method is called.</summary>
public sealed partial class Datastore
{
    internal Datastore(PbsClient client, DatastoreName name) => (Client, Name) = (client, name);

    /// <summary>The name of the datastore.</summary>
    public DatastoreName Name { get; }

    /// <summary>The client that talks to its server.</summary>
    public PbsClient Client { get; }

    /// <summary>Returns the name of the datastore.</summary>
    public override string ToString() => Name.ToString();
}
