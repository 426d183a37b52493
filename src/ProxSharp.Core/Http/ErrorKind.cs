namespace ProxSharp.Http;

/// <summary>Which exception an error becomes.</summary>
internal enum ErrorKind
{
    /// <summary><see cref="ProxmoxApiException"/>.</summary>
    Other,

    /// <summary><see cref="ProxmoxNotFoundException"/>.</summary>
    NotFound,

    /// <summary><see cref="ProxmoxPermissionException"/>.</summary>
    Permission,

    /// <summary><see cref="ProxmoxAuthenticationException"/>.</summary>
    Authentication,

    /// <summary><see cref="ProxmoxConflictException"/>.</summary>
    Conflict,
}
