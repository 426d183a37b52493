namespace ProxSharp.Api;

/// <summary>Conversions between <see cref="ApiMethod"/> and the verb on the wire.</summary>
public static class ApiMethods
{
    /// <summary>Returns the verb in upper case, for example <c>GET</c>.</summary>
    public static string ToVerb(this ApiMethod method) => method switch
    {
        ApiMethod.Get => "GET",
        ApiMethod.Post => "POST",
        ApiMethod.Put => "PUT",
        ApiMethod.Delete => "DELETE",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Unknown method."),
    };

    /// <summary>Reads a verb in any case.</summary>
    /// <returns>False if the API does not know the verb.</returns>
    public static bool TryParse(string? verb, out ApiMethod method)
    {
        (bool known, method) = verb?.ToUpperInvariant() switch
        {
            "GET" => (true, ApiMethod.Get),
            "POST" => (true, ApiMethod.Post),
            "PUT" => (true, ApiMethod.Put),
            "DELETE" => (true, ApiMethod.Delete),
            _ => (false, ApiMethod.Get),
        };
        return known;
    }
}
