namespace ProxSharp.Authentication;

/// <summary>No credentials.</summary>
internal sealed class AnonymousCredentials : ProxmoxCredentials
{
    /// <inheritdoc/>
    public override string User => "";

    /// <inheritdoc/>
    public override string ToString() => "no credentials";
}
