using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using ProxSharp.Configuration;

namespace ProxSharp.Extensions.DependencyInjection;

/// <summary>Finds keys in a section of the configuration that are no settings: a slip of the pen would silently leave a default in place.</summary>
internal sealed class UnknownSettingsValidator(string optionsName, IConfiguration section) : IValidateOptions<ProxmoxServerSettings>
{
    private static readonly string[] s_known =
    [
        nameof(ProxmoxServerSettings.Endpoints),
        nameof(ProxmoxServerSettings.TokenId),
        nameof(ProxmoxServerSettings.User),
        nameof(ProxmoxServerSettings.Secret),
        nameof(ProxmoxServerSettings.Fingerprints),
        nameof(ProxmoxServerSettings.CaFile),
        nameof(ProxmoxServerSettings.Insecure),
        nameof(ProxmoxServerSettings.Timeout),
        nameof(ProxmoxServerSettings.ConnectTimeout),
        nameof(ProxmoxServerSettings.LearnPeers),
    ];

    public ValidateOptionsResult Validate(string? name, ProxmoxServerSettings options)
    {
        if (name != optionsName)
        {
            return ValidateOptionsResult.Skip;
        }

        string[] errors =
        [
            .. section.GetChildren()
                .Where(static child => !s_known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                .Select(static child => new ProxmoxConfigError(child.Path, $"There is no such setting; there are {string.Join(", ", s_known)}.").ToString()),
        ];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
