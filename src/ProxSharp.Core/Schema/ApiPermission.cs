namespace ProxSharp.Schema;

/// <summary>Who may call an endpoint.</summary>
/// <param name="Audience">The broadest group that may call it; a <see cref="Check"/> narrows it.</param>
/// <param name="Check">The privilege check; null if the audience says all.</param>
/// <param name="HasFurtherRule">True if the server applies a further rule that the schema only describes in prose.</param>
public sealed record ApiPermission(ApiAudience Audience, PermissionCheck? Check, bool HasFurtherRule);
