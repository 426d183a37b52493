namespace ProxSharp.Api;

/// <summary>One endpoint of the API as calls name it: verb and path template.</summary>
public sealed class ApiOperation
{
    /// <summary>Creates an operation.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="path">The path template below the API root, for example <c>/nodes/{node}/qemu</c>.</param>
    public ApiOperation(ApiMethod method, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Method = method;
        Path = path;
    }

    /// <summary>The verb.</summary>
    public ApiMethod Method { get; }

    /// <summary>The path template below the API root.</summary>
    public string Path { get; }

    /// <summary>Returns verb and path.</summary>
    public override string ToString() => $"{Method.ToVerb()} {Path}";
}
