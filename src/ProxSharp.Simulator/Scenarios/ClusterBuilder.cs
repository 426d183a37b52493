using System.Globalization;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;

namespace ProxSharp.Simulator.Scenarios;

/// <summary>Describes the cluster that a simulator starts with. Nodes and storages must be added before the guests that use them.</summary>
/// <example>
/// <code>
/// new PveSimulatorOptions
/// {
///     Scenario = cluster => cluster
///         .AddNode("pve1")
///         .AddStorage("local-lvm", "lvmthin")
///         .AddUser("ops@pve", "correct-horse")
///         .Grant("/", "ops@pve", "PVEAdmin")
///         .AddVm("pve1", 100, "web", vm => { vm.IsRunning = true; vm.Options["scsi0"] = "local-lvm:8"; }),
/// }
/// </code>
/// </example>
public sealed class ClusterBuilder
{
    private readonly PveState _state;
    private readonly GuestConfigurator _configurator;
    private int _nextPid = 2000;

    internal ClusterBuilder(PveState state) => (_state, _configurator) = (state, new GuestConfigurator(state));

    /// <summary>Names the cluster; the default is <c>demo</c>.</summary>
    public ClusterBuilder Named(string clusterName)
    {
        ArgumentException.ThrowIfNullOrEmpty(clusterName);
        _state.ClusterName = clusterName;
        return this;
    }

    /// <summary>Lets machines that clients create have empty disks: nothing in them heeds a shutdown request or runs the guest agent.</summary>
    public ClusterBuilder WithEmptyNewMachines()
    {
        _state.NewGuestsHaveSystem = false;
        return this;
    }

    /// <summary>Cuts the cluster off from everything outside: certificate authorities and package servers cannot be reached.</summary>
    public ClusterBuilder WithoutInternet()
    {
        _state.HasInternet = false;
        return this;
    }

    /// <summary>Gives all nodes the package repositories they have after their installation, and a list of container templates.</summary>
    internal ClusterBuilder WithUsualSoftware()
    {
        foreach (string node in _state.Nodes.Keys)
        {
            Nodes.RepositoryHandlers.AddUsual(_state, node);
        }

        _state.Appliances.AddRange(
        [
            ("almalinux-10-default_20250930_amd64.tar.xz", "almalinux"), ("alpine-3.22-default_20250617_amd64.tar.xz", "alpine"), ("debian-13-standard_13.1-2_amd64.tar.zst", "debian-13"),
            ("ubuntu-24.04-standard_24.04-2_amd64.tar.zst", "ubuntu-24.04"),
        ]);
        return this;
    }

    /// <summary>Adds a node. The first one is the node that answers the endpoint itself.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="cores">Processor cores.</param>
    /// <param name="memory">Bytes of memory; 64 GiB if not given.</param>
    /// <exception cref="ArgumentException">There is a node of that name.</exception>
    public ClusterBuilder AddNode(string name, int cores = 16, long memory = 64L << 30)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_state.Nodes.ContainsKey(name))
        {
            throw new ArgumentException($"The node '{name}' was added before.", nameof(name));
        }

        int id = _state.Nodes.Count + 1;
        _state.Nodes.Add(name, new ClusterNode(name, id) { Cores = cores, Memory = memory, CreatedAt = _state.Now.AddDays(-400 - id), BootedAt = _state.Now.AddDays(-30 - id) });
        return this;
    }

    /// <summary>Sets which backups a node keeps, by its <c>/etc/vzdump.conf</c>, where neither the backup nor its storage says.</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="rule">The rule, for example <c>keep-last=3</c>.</param>
    /// <exception cref="ArgumentException">There is no such node.</exception>
    public ClusterBuilder WithBackupRule(string node, string rule)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        ArgumentException.ThrowIfNullOrEmpty(rule);
        ClusterNode found = _state.Nodes.GetValueOrDefault(node) ?? throw new ArgumentException($"There is no node '{node}'.", nameof(node));
        found.BackupRule = rule;
        return this;
    }

    /// <summary>Adds a storage on all nodes.</summary>
    /// <param name="id">The storage's id.</param>
    /// <param name="type">The plugin, for example <c>dir</c>, <c>lvmthin</c> or <c>rbd</c>.</param>
    /// <param name="configure">Sets content types, size and sharing.</param>
    public ClusterBuilder AddStorage(string id, string type, Action<StorageBuilder>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentException.ThrowIfNullOrEmpty(type);
        StorageDefinition storage = new(id, type) { IsShared = type is "rbd" or "cephfs" or "nfs" or "cifs" or "pbs" };
        StorageBuilder builder = new(storage);
        configure?.Invoke(builder);
        builder.ApplyDefaults();
        _state.Storages[id] = storage;
        return this;
    }

    /// <summary>Puts a file on a storage; on every node if the storage is not shared.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="content"><c>iso</c>, <c>vztmpl</c>, <c>snippets</c> or <c>import</c>.</param>
    /// <param name="fileName">The file's name.</param>
    /// <param name="size">Bytes.</param>
    public ClusterBuilder AddFile(string storage, string content, string fileName, long size)
    {
        StorageDefinition definition = Storage(storage);
        foreach (string node in definition.IsShared ? [_state.LocalNode] : _state.Nodes.Keys.ToArray())
        {
            string format = fileName[(fileName.LastIndexOf('.') + 1)..];
            _configurator.Volumes.Add(definition, node, $"{storage}:{content}/{fileName}", content, content == "vztmpl" ? "t" + format : format, size, null, null);
        }

        return this;
    }

    /// <summary>Adds a virtual machine.</summary>
    /// <param name="node">The node it is on.</param>
    /// <param name="vmid">Its number, 100 to 999999999.</param>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Sets options, state, pool and tags; disks written as <c>storage:GiB</c> are allocated.</param>
    public ClusterBuilder AddVm(string node, int vmid, string name, Action<GuestBuilder>? configure = null) => AddGuest(node, vmid, name, isContainer: false, configure);

    /// <summary>Adds a container.</summary>
    /// <param name="node">The node it is on.</param>
    /// <param name="vmid">Its number, 100 to 999999999.</param>
    /// <param name="name">Its host name.</param>
    /// <param name="configure">Sets options, state, pool and tags; volumes written as <c>storage:GiB</c> are allocated.</param>
    public ClusterBuilder AddContainer(string node, int vmid, string name, Action<GuestBuilder>? configure = null) => AddGuest(node, vmid, name, isContainer: true, configure);

    /// <summary>Adds a resource pool.</summary>
    public ClusterBuilder AddPool(string id, string? comment = null, params string[] storages)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ResourcePool pool = new(id) { Comment = comment };
        pool.Storages.UnionWith(storages);
        _state.Pools[id] = pool;
        return this;
    }

    /// <summary>Adds a user with a password. <c>root@pam</c> is always there; adding it again changes its password.</summary>
    /// <param name="userId"><c>name@realm</c>.</param>
    /// <param name="password">The password; null for a user who can only use tokens.</param>
    /// <param name="comment">A remark.</param>
    /// <param name="groups">The groups the user is in; they are made if needed.</param>
    public ClusterBuilder AddUser(string userId, string? password, string? comment = null, params string[] groups)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        AccessUser user = UserOrNew(userId);
        user.Password = password;
        if (comment is not null)
        {
            user.Details["comment"] = comment;
        }

        foreach (string group in groups)
        {
            _state.Directory.Groups.TryAdd(group, null);
            user.Groups.Add(group);
        }

        return this;
    }

    /// <summary>Gives a user a second factor: one-time passwords.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="secret">The secret shared with the authenticator.</param>
    public ClusterBuilder AddTotp(string userId, byte[] secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        UserOrNew(userId).Factors.Add(new SecondFactor(_state.NewUuid(), "totp", _state.Now.ToUnixTimeSeconds()) { Secret = [.. secret], Description = "authenticator" });
        return this;
    }

    /// <summary>Gives a user a second factor: recovery keys, each good for one login.</summary>
    public ClusterBuilder AddRecoveryKeys(string userId, params string[] keys)
    {
        UserOrNew(userId).Factors.Add(new SecondFactor("recovery", "recovery", _state.Now.ToUnixTimeSeconds()) { RecoveryKeys = [.. keys] });
        return this;
    }

    /// <summary>Adds a role.</summary>
    public ClusterBuilder AddRole(string roleId, params string[] privileges)
    {
        ArgumentException.ThrowIfNullOrEmpty(roleId);
        _state.Directory.Roles[roleId] = new SortedSet<string>(privileges, StringComparer.Ordinal);
        return this;
    }

    /// <summary>Adds an API token.</summary>
    /// <param name="userId">The user it belongs to.</param>
    /// <param name="tokenName">Its name.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="privilegeSeparation">True if it has only the rights granted to the token itself; false if it has all rights of the user.</param>
    public ClusterBuilder AddToken(string userId, string tokenName, string secret, bool privilegeSeparation = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(tokenName);
        UserOrNew(userId).Tokens[tokenName] = new AccessToken(tokenName, secret) { PrivilegeSeparation = privilegeSeparation };
        return this;
    }

    /// <summary>Grants a role on a path.</summary>
    /// <param name="path">The path, for example <c>/</c> or <c>/vms/100</c>.</param>
    /// <param name="subject">A user (<c>name@realm</c>), a token (<c>name@realm!token</c>) or a group (<c>@group</c>).</param>
    /// <param name="role">The role.</param>
    /// <param name="propagate">True if it holds below the path too.</param>
    public ClusterBuilder Grant(string path, string subject, string role, bool propagate = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(subject);
        if (!_state.Directory.Roles.ContainsKey(role))
        {
            throw new ArgumentException($"The role '{role}' does not exist.", nameof(role));
        }

        string kind = subject.StartsWith('@') ? "group" : subject.Contains('!', StringComparison.Ordinal) ? "token" : "user";
        _state.Directory.Grant(new AclEntry(path, kind, subject.TrimStart('@'), role, propagate));
        return this;
    }

    private ClusterBuilder AddGuest(string node, int vmid, string name, bool isContainer, Action<GuestBuilder>? configure)
    {
        if (!_state.Nodes.ContainsKey(node))
        {
            throw new ArgumentException($"The node '{node}' was not added.", nameof(node));
        }

        if (_state.Guests.ContainsKey(vmid))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The guest {vmid} was added before."), nameof(vmid));
        }

        GuestBuilder builder = new(name, isContainer);
        configure?.Invoke(builder);
        Guest guest = new(vmid, isContainer, node) { Pool = builder.Pool, HasSystem = builder.HasSystem };
        _state.Guests.Add(vmid, guest);
        foreach ((string key, string value) in builder.Options)
        {
            if (GuestConfigurator.StorageOf(value) is { } storage && DiskOptions.IsDisk(key, isContainer))
            {
                Storage(storage);
            }

            _configurator.Apply(guest, key, value, null);
        }

        _configurator.AddDefaults(guest);

        if (builder.IsTemplate)
        {
            new GuestCloning(_state, new GuestContext(_state, new Shapes.ShapeValues(_state.Schema))).MakeTemplate(guest);
        }

        if (builder.IsRunning)
        {
            guest.Start(_state.Now.AddHours(-vmid % 200), _nextPid += 11);
        }

        return this;
    }

    private StorageDefinition Storage(string id) =>
        _state.Storages.GetValueOrDefault(id) ?? throw new ArgumentException($"The storage '{id}' was not added.", nameof(id));

    private AccessUser UserOrNew(string userId)
    {
        if (!_state.Directory.Users.TryGetValue(userId, out AccessUser? user))
        {
            _state.Directory.Users[userId] = user = new AccessUser(userId);
        }

        return user;
    }
}
