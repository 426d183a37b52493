namespace ProxSharp.Schema;

/// <summary>Whether an endpoint starts a background task, and where its UPID is found.</summary>
public enum ApiTaskKind
{
    /// <summary>The endpoint does its work before it answers.</summary>
    None,

    /// <summary>The result is the UPID.</summary>
    Returns,

    /// <summary>The result is the UPID, or null if the work was done in time.</summary>
    Maybe,

    /// <summary>The UPID is the member <c>upid</c> of the result.</summary>
    Property,

    /// <summary>A task is started, but the result does not name it.</summary>
    Hidden,

    /// <summary>The result is the UPID although the published schema declares no result.</summary>
    Undeclared,
}
