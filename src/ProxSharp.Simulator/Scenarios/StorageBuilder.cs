using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Scenarios;

/// <summary>Describes a storage of a <see cref="ClusterBuilder"/>.</summary>
public sealed class StorageBuilder
{
    private readonly StorageDefinition _storage;

    internal StorageBuilder(StorageDefinition storage) => _storage = storage;

    /// <summary>What may be kept on it; by default what its type allows.</summary>
    public ISet<string> Content => _storage.Content;

    /// <summary>The nodes it is restricted to; empty for all.</summary>
    public ISet<string> Nodes => _storage.Nodes;

    /// <summary>Bytes it can hold; 500 GiB by default.</summary>
    public long Capacity
    {
        get => _storage.Capacity;
        set => _storage.Capacity = value;
    }

    /// <summary>True if all nodes see the same volumes.</summary>
    public bool IsShared
    {
        get => _storage.IsShared;
        set => _storage.IsShared = value;
    }

    /// <summary>Sets an option of the storage's plugin, for example <c>path</c> or <c>pool</c>.</summary>
    public StorageBuilder Set(string option, string value)
    {
        _storage.Options[option] = value;
        return this;
    }

    internal void ApplyDefaults()
    {
        if (_storage.Content.Count == 0)
        {
            _storage.Content.UnionWith(_storage.HasFiles ? ["backup", "images", "import", "iso", "rootdir", "snippets", "vztmpl"]
                : _storage.Type == "pbs" ? ["backup"]
                : ["images", "rootdir"]);
        }

        if (_storage.Type == "dir" && !_storage.Options.ContainsKey("path"))
        {
            _storage.Options["path"] = _storage.Id == "local" ? "/var/lib/vz" : $"/mnt/{_storage.Id}";
        }
    }
}
