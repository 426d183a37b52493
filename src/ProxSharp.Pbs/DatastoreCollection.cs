using ProxSharp.Ids;

namespace ProxSharp.Pbs;

/// <summary>The datastores of the server.</summary>
public sealed class DatastoreCollection
{
    private readonly PbsClient _client;

    internal DatastoreCollection(PbsClient client) => _client = client;

    /// <summary>A datastore by its name; nothing is sent.</summary>
    public Datastore this[DatastoreName name] => new(_client, name);

    /// <summary>A datastore by its name; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no name of a datastore.</exception>
    public Datastore this[string name] => new(_client, DatastoreName.Parse(name, null));
}
