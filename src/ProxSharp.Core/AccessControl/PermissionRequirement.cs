namespace ProxSharp.AccessControl;

/// <summary>Privileges that a call needs on a path of the access control list.</summary>
/// <param name="Path">The path, for example <c>/vms/9000</c>.</param>
/// <param name="Privileges">The privileges, for example <c>VM.Clone</c>.</param>
/// <param name="AnySuffices">True if one of them is enough; false if all are needed.</param>
public sealed record PermissionRequirement(string Path, IReadOnlyList<string> Privileges, bool AnySuffices)
{
    /// <summary>Returns for example <c>VM.Clone on /vms/9000</c>.</summary>
    public override string ToString() => $"{string.Join(AnySuffices ? " or " : " and ", Privileges)} on {Path}";
}
