namespace ProxSharp.Cli.Declare;

/// <summary>The order in which changes are made: what others refer to comes first. Deletions come last, in the opposite order.</summary>
internal enum StateStage
{
    /// <summary>Roles.</summary>
    Roles,

    /// <summary>Groups of users.</summary>
    Groups,

    /// <summary>Users.</summary>
    Users,

    /// <summary>Definitions of storages.</summary>
    Storages,

    /// <summary>Pools without their members.</summary>
    Pools,

    /// <summary>New guests.</summary>
    NewGuests,

    /// <summary>Guests that move.</summary>
    Moves,

    /// <summary>Configurations of guests.</summary>
    Guests,

    /// <summary>Members of pools.</summary>
    PoolMembers,

    /// <summary>Permissions.</summary>
    Permissions,

    /// <summary>Guests under high availability.</summary>
    HaResources,

    /// <summary>Rules of high availability.</summary>
    HaRules,

    /// <summary>Scheduled backups.</summary>
    BackupJobs,

    /// <summary>Names of addresses.</summary>
    Aliases,

    /// <summary>Sets of addresses and groups of rules.</summary>
    FirewallNames,

    /// <summary>What is in sets and groups.</summary>
    FirewallMembers,

    /// <summary>Rules.</summary>
    FirewallRules,

    /// <summary>Options of firewalls: they switch on what has been made before.</summary>
    FirewallOptions,
}
