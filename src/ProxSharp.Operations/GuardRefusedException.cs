namespace ProxSharp.Operations;

/// <summary>The guard refuses something; nothing was sent.</summary>
public sealed class GuardRefusedException : ProxmoxException
{
    /// <summary>The reason <c>unneeded</c>: everything is as the calls would have it, so that there is nothing to plan. This is no fault.</summary>
    public const string Unneeded = "unneeded";

    /// <summary>Creates the exception.</summary>
    /// <param name="reason">The kind of reason, a short word in lower case such as <c>drift</c>.</param>
    /// <param name="message">What is refused and why, for people.</param>
    /// <param name="innerException">What led to it.</param>
    public GuardRefusedException(string reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    /// <summary>
    /// The kind of reason: <c>door</c>, <c>policy</c>, <c>unclassified</c>, <c>protected</c>, <c>limit</c>, <c>frozen</c>, <c>approval</c>, <c>drift</c>,
    /// <c>expired</c>, <c>used</c>, <c>tampered</c>, <c>unknown-plan</c>, <c>context</c>, <c>read-only</c>, <c>exec</c>, <c>ledger</c>, <c>target</c>,
    /// <c>approval-file</c>, <c>unknown-outcome</c>, <c>unknown-entry</c>, <c>changed</c> or <c>unneeded</c>.
    /// </summary>
    public string Reason { get; }

    /// <summary>
    /// True if what is frozen is frozen by the switch that several servers have in common, see <see cref="FreezeSwitch.Common"/>: lifting the freeze of one
    /// of them changes nothing then. Default: false.
    /// </summary>
    public bool IsCommonFreeze { get; init; }
}
