namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>How a verb finds the node that its path names.</summary>
internal enum NodeRule
{
    /// <summary>The user names it: it is an argument.</summary>
    Argument,

    /// <summary>Any node will do; <c>--node</c> chooses one.</summary>
    Any,

    /// <summary>Any node that has the storage will do if it is shared, else the one that has the volume; <c>--node</c> chooses one.</summary>
    OfStorage,

    /// <summary>The identifier of the task names it.</summary>
    OfTask,

    /// <summary>The guest is on it.</summary>
    OfGuest,
}
