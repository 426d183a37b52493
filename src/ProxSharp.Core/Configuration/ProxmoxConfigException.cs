namespace ProxSharp.Configuration;

/// <summary>A configuration cannot be used; the exception names everything that is wrong in it at once.</summary>
public sealed class ProxmoxConfigException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="source">The file, or what else holds the configuration.</param>
    /// <param name="errors">What is wrong.</param>
    /// <param name="innerException">What caused it.</param>
    public ProxmoxConfigException(string source, IReadOnlyList<ProxmoxConfigError> errors, Exception? innerException = null)
        : base(Compose(source, errors), innerException) => Errors = errors;

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<ProxmoxConfigError> Errors { get; }

    private static string Compose(string source, IReadOnlyList<ProxmoxConfigError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return $"The configuration in {source} cannot be used: {string.Join(" ", errors)}";
    }
}
