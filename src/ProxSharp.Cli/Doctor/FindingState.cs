namespace ProxSharp.Cli.Doctor;

/// <summary>How something is.</summary>
internal enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>Not as it should be.</summary>
    Warning,

    /// <summary>Something will not work.</summary>
    Failure,
}
