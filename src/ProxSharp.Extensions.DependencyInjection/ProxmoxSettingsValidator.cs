using Microsoft.Extensions.Options;
using ProxSharp.Configuration;

namespace ProxSharp.Extensions.DependencyInjection;

/// <summary>Finds everything that is wrong in the settings of one client.</summary>
internal sealed class ProxmoxSettingsValidator(string optionsName, ProxmoxProduct product) : IValidateOptions<ProxmoxServerSettings>
{
    /// <summary>The name of the settings that are checked.</summary>
    public string OptionsName => optionsName;

    public ValidateOptionsResult Validate(string? name, ProxmoxServerSettings options)
    {
        if (name != optionsName)
        {
            return ValidateOptionsResult.Skip;
        }

        IReadOnlyList<ProxmoxConfigError> errors = options.ToConfig(product).Validate(optionsName);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors.Select(static error => error.ToString()));
    }
}
