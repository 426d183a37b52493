using ProxSharp.Http;
using ProxSharp.Schema;

namespace ProxSharp.Api;

/// <summary>One endpoint of the API as calls name it: verb and path template.</summary>
public sealed class ApiOperation
{
    private OperationBinding? _binding;

    /// <summary>Creates an operation.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">The path template below the API root, for example <c>/nodes/{node}/qemu</c>.</param>
    public ApiOperation(ApiMethod method, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Method = method;
        Path = path;
        Template = new PathTemplate(path, isLiteral: false);
    }

    private ApiOperation(ApiMethod method, string path, PathTemplate template) => (Method, Path, Template) = (method, path, template);

    /// <summary>The verb.</summary>
    public ApiMethod Method { get; }

    /// <summary>The path template below the API root.</summary>
    public string Path { get; }

    /// <summary>True if the path is not below the API root.</summary>
    internal bool IsPage { get; private init; }

    /// <summary>The path taken apart.</summary>
    internal PathTemplate Template { get; }

    /// <summary>Creates an operation on a concrete path, in which braces have no meaning.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">The path below the API root; its segments may be percent-encoded.</param>
    internal static ApiOperation Literal(ApiMethod method, string path) => new(method, path, new PathTemplate(path, isLiteral: true));

    /// <summary>Creates an operation that reads a page of the server's web interface, beside the API.</summary>
    internal static ApiOperation Page(string path) => new(ApiMethod.Get, path, new PathTemplate(path, isLiteral: true)) { IsPage = true };

    /// <summary>What a schema says about this operation. The last answer is kept, since nearly all calls ask the same schema.</summary>
    internal OperationBinding Bind(ApiSchema? schema)
    {
        OperationBinding? known = Volatile.Read(ref _binding);
        if (known is null || !ReferenceEquals(known.Schema, schema))
        {
            known = new OperationBinding(schema, this);
            Volatile.Write(ref _binding, known);
        }

        return known;
    }

    /// <summary>Returns verb and path.</summary>
    public override string ToString() => $"{Method.ToVerb()} {Path}";
}
