namespace ProxSharp.Schema;

/// <summary>The broadest group of callers an endpoint accepts.</summary>
public enum ApiAudience
{
    /// <summary>Only <c>root@pam</c>.</summary>
    Root,

    /// <summary>Every authenticated user, provided the check (if any) passes.</summary>
    Authenticated,

    /// <summary>Everybody, without login.</summary>
    World,
}
