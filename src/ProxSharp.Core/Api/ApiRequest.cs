namespace ProxSharp.Api;

/// <summary>The base of the generated request types.</summary>
public abstract class ApiRequest
{
    /// <summary>Parameters that this version of the library does not know; they are sent as text under their wire names.</summary>
    public IReadOnlyDictionary<string, string>? Extra { get; init; }

    /// <summary>Adds what was set to <paramref name="parameters"/>.</summary>
    public void WriteTo(ApiParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Write(parameters);
        if (Extra is not null)
        {
            foreach ((string name, string value) in Extra)
            {
                parameters.Add(name, value);
            }
        }
    }

    /// <summary>Adds the typed members.</summary>
    protected abstract void Write(ApiParameters parameters);
}
