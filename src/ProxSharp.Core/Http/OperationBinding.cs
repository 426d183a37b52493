using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Http;

/// <summary>What a schema says about an operation, looked up once.</summary>
internal sealed class OperationBinding
{
    private const string EncodedFormat = "urlencoded";

    public OperationBinding(ApiSchema? schema, ApiOperation operation)
    {
        Schema = schema;
        Endpoint = schema?.Find(operation.Method, operation.Path);
        HasEncodedTexts = Endpoint is not null && Endpoint.Parameters.Values.Any(static node => node.Format == EncodedFormat);
    }

    /// <summary>The schema that was asked.</summary>
    public ApiSchema? Schema { get; }

    /// <summary>The endpoint; null if the schema does not know it.</summary>
    public ApiEndpoint? Endpoint { get; }

    /// <summary>True if the server wants one of the parameters percent-encoded in itself (<c>sshkeys</c>).</summary>
    public bool HasEncodedTexts { get; }

    /// <summary>Encodes such parameters unless the caller did it already: what a server sent back is encoded and may be sent again as it is.</summary>
    public ApiParameters EncodeTexts(ApiParameters parameters)
    {
        if (parameters.All(parameter => !MustEncode(parameter)))
        {
            return parameters;
        }

        ApiParameters encoded = new(parameters.Count);
        foreach (ApiParameter parameter in parameters)
        {
            encoded.Add(MustEncode(parameter) ? parameter with { Text = PercentEncoding.Encode(parameter.Text) } : parameter);
        }

        return encoded;
    }

    /// <summary>The declaration of a parameter; null if it is not declared.</summary>
    public ApiNode? Node(string name)
    {
        if (Endpoint is null)
        {
            return null;
        }

        ReadOnlySpan<char> stem = name.AsSpan().TrimEnd("0123456789");
        return Find(name) ?? (stem.Length < name.Length ? Find($"{stem}[n]") : null);
    }

    private ApiNode? Find(string name)
    {
        if (Endpoint!.Parameters.TryGetValue(name, out ApiNode? node) || Endpoint.Variants is null)
        {
            return node;
        }

        foreach (IReadOnlyDictionary<string, ApiNode> variant in Endpoint.Variants.Parameters.Values)
        {
            if (variant.TryGetValue(name, out node))
            {
                return node;
            }
        }

        return null;
    }

    private bool MustEncode(ApiParameter parameter) => Node(parameter.Name)?.Format == EncodedFormat && !PercentEncoding.IsEncoded(parameter.Text);
}
