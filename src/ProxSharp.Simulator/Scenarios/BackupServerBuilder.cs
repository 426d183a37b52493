using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Pbs;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Scenarios;

/// <summary>Describes the backup server that a simulator starts with.</summary>
public sealed class BackupServerBuilder
{
    private readonly PbsState _state;

    internal BackupServerBuilder(PbsState state) => _state = state;

    /// <summary>Names the node; the default is <c>pbs</c>.</summary>
    public BackupServerBuilder Named(string node)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        _state.NodeName = node;
        return this;
    }

    /// <summary>Adds a datastore.</summary>
    /// <param name="name">Its name, 3 to 32 characters.</param>
    /// <param name="capacity">Bytes it can hold; 2 TiB if not given.</param>
    /// <param name="comment">A remark.</param>
    /// <param name="namespaces">Namespaces beside the root.</param>
    /// <exception cref="FormatException">One of them is no namespace.</exception>
    public BackupServerBuilder AddDatastore(string name, long capacity = 2L << 40, string? comment = null, params string[] namespaces)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Datastore store = _state.MakeDatastore(name);
        store.Capacity = capacity;
        foreach (string ns in namespaces)
        {
            store.Files.MakeFolder(BackupNamespace.Parse(ns, CultureInfo.InvariantCulture).StorePath);
        }

        JsonObject config = new() { ["path"] = $"/mnt/datastore/{name}" };
        if (comment is not null)
        {
            config["comment"] = comment;
        }

        _state.Collections.Put("/config/datastore", name, config);
        return this;
    }

    /// <summary>
    /// Adds a datastore with a copy of what is in a folder laid out as a real server does. The folder is not touched; its snapshots may be
    /// named without the colons that some file systems forbid.
    /// </summary>
    /// <param name="name">Its name, 3 to 32 characters.</param>
    /// <param name="folder">The folder that is copied.</param>
    /// <param name="path">Where the server says that it is; the folder if not given.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public BackupServerBuilder AddDatastoreCopy(string name, string folder, string? path = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Datastore store = _state.MakeDatastore(name);
        store.BasePath = path ?? folder;
        DatastoreImport.Run(store, folder, _state.Now);
        _state.Collections.Put(PbsState.DatastoreConfig, name, new JsonObject { ["path"] = path ?? folder });
        return this;
    }

    /// <summary>Adds a snapshot with data that can be restored: mostly zeros. One that is there already stays as it is.</summary>
    /// <param name="datastore">The datastore; it must have been added.</param>
    /// <param name="type"><c>vm</c>, <c>ct</c> or <c>host</c>.</param>
    /// <param name="id">The backup id.</param>
    /// <param name="time">When it was made.</param>
    /// <param name="size">Bytes of its disk or archive; 8 GiB if not given.</param>
    /// <param name="owner">Who owns the group; <c>root@pam</c> if not given.</param>
    /// <param name="ns">Its namespace; empty (the default) for the root.</param>
    /// <exception cref="ArgumentException">The datastore was not added.</exception>
    /// <exception cref="FormatException">The type, id or namespace is none.</exception>
    public BackupServerBuilder AddSnapshot(
        string datastore, string type, string id, DateTimeOffset time, long size = 8L << 30, string owner = "root@pam", string ns = "")
    {
        if (!_state.Datastores.TryGetValue(datastore, out Datastore? store))
        {
            throw new ArgumentException($"The datastore '{datastore}' was not added.", nameof(datastore));
        }

        BackupGroupPath group = BackupGroupPath.Parse($"{type}/{id}", CultureInfo.InvariantCulture);
        SnapshotKey key = new(BackupNamespace.Parse(ns, CultureInfo.InvariantCulture), new BackupSnapshotPath(group, time));
        if (!store.Exists(key))
        {
            new SampleBackups(store, _state.Now).Make(key, size);
            store.SetOwner(key.Group, owner);
        }

        return this;
    }

    /// <summary>Adds a datastore that is kept in a folder of this machine, laid out as a real server does; what is in it is opened.</summary>
    /// <param name="name">Its name, 3 to 32 characters.</param>
    /// <param name="folder">The folder; made if it does not exist.</param>
    /// <param name="path">Where the server says that it is; the folder if not given.</param>
    public BackupServerBuilder AddDatastoreFrom(string name, string folder, string? path = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _state.MakeDatastore(name, folder).BasePath = path ?? folder;
        _state.Collections.Put(PbsState.DatastoreConfig, name, new JsonObject { ["path"] = path ?? folder });
        return this;
    }

    /// <summary>Adds a user with a password. <c>root@pam</c> is always there; adding it again changes its password.</summary>
    public BackupServerBuilder AddUser(string userId, string? password, string? comment = null)
    {
        AccessUser user = UserOrNew(userId);
        user.Password = password;
        if (comment is not null)
        {
            user.Details["comment"] = comment;
        }

        return this;
    }

    /// <summary>Gives a user a second factor: one-time passwords.</summary>
    public BackupServerBuilder AddTotp(string userId, byte[] secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        UserOrNew(userId).Factors.Add(new SecondFactor("totp-1", "totp", _state.Now.ToUnixTimeSeconds()) { Secret = [.. secret], Description = "authenticator" });
        return this;
    }

    /// <summary>Adds an API token. It has only the rights granted to the token itself.</summary>
    public BackupServerBuilder AddToken(string userId, string tokenName, string secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(tokenName);
        UserOrNew(userId).Tokens[tokenName] = new AccessToken(tokenName, secret);
        return this;
    }

    /// <summary>Grants a role on a path.</summary>
    /// <param name="path">The path, for example <c>/datastore/store1</c>.</param>
    /// <param name="subject">A user or a token (<c>name@realm!token</c>).</param>
    /// <param name="role">The role.</param>
    /// <param name="propagate">True if it holds below the path too.</param>
    public BackupServerBuilder Grant(string path, string subject, string role, bool propagate = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(subject);
        if (!_state.Directory.Roles.ContainsKey(role))
        {
            throw new ArgumentException($"The role '{role}' does not exist.", nameof(role));
        }

        _state.Directory.Grant(new AclEntry(path, subject.Contains('!', StringComparison.Ordinal) ? "token" : "user", subject, role, propagate));
        return this;
    }

    private AccessUser UserOrNew(string userId)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        if (!_state.Directory.Users.TryGetValue(userId, out AccessUser? user))
        {
            _state.Directory.Users[userId] = user = new AccessUser(userId);
        }

        return user;
    }
}
