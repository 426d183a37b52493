using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>A difference between what a file says and what is there.</summary>
/// <param name="Section">The part of the file.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Action"><c>create</c>, <c>change</c>, <c>move</c>, <c>delete</c>, or <c>blocked</c> for what no call makes so.</param>
/// <param name="Stage">When it is made.</param>
internal sealed record StateChange(string Section, string Subject, string Action, StateStage Stage)
{
    private const int Last = 1000;

    /// <summary>The keys that differ: their values now and as the file says; null where there is none.</summary>
    public IReadOnlyList<KeyChange> Keys { get; init; } = [];

    /// <summary>The call that makes it so; null if there is none.</summary>
    public PlannedCall? Call { get; init; }

    /// <summary>Looks, right before the call is made, whether it still means what it meant; null if it cannot mean anything else.</summary>
    public Func<ServerSession, CancellationToken, Task>? Before { get; init; }

    /// <summary>The calls that follow, as far as they are known before the first one is made; for a look at them.</summary>
    public IReadOnlyList<PlannedCall> Following { get; init; } = [];

    /// <summary>Finds out, when the first call has been made, which calls follow; null if there are none.</summary>
    public Func<ServerSession, CancellationToken, Task<IReadOnlyList<PlannedCall>>>? Follow { get; init; }

    /// <summary>Why no call makes it so; null if one does.</summary>
    public string? Reason { get; init; }

    /// <summary>For what is not there: the path of the access control list where a privilege is needed to see it; null if its list is always whole.</summary>
    public string? Place { get; init; }

    /// <summary>The privilege and path without which nobody can tell whether it is there; null if it is known.</summary>
    public string? Unseen { get; init; }

    /// <summary>True if something goes that the file does not name.</summary>
    public bool IsRemoval { get; init; }

    /// <summary>True if it is only a remark: nothing has to be changed.</summary>
    public bool IsRemark { get; init; }

    /// <summary>True if it stays as it is, and all else is made: its calls would reach another object, or need something that is not there and no file makes.</summary>
    public bool IsOutOfReach { get; init; }

    /// <summary>What can be done about what stays as it is; null if it has to be changed on a node of the cluster.</summary>
    public string? Remedy { get; init; }

    /// <summary>Tells whether another change is about the same thing.</summary>
    public bool IsAbout(StateChange other) => Section == other.Section && Subject == other.Subject;

    /// <summary>The place in the order of all changes.</summary>
    public int Order => Action == "delete" ? Last - (int)Stage : (int)Stage;
}
