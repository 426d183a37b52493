using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>One call of a plan with its exact parameters.</summary>
public sealed class PlannedCall
{
    internal PlannedCall(ApiMethod method, string path, ApiParameters parameters, OperationClass kind, PlanUpload? upload = null)
    {
        (Method, Path, Parameters, Class, Upload) = (method, path, parameters, kind, upload);
    }

    /// <summary>The verb.</summary>
    public ApiMethod Method { get; }

    /// <summary>The path template below the API root.</summary>
    public string Path { get; }

    /// <summary>How much harm it can do, its parameters considered.</summary>
    public OperationClass Class { get; }

    /// <summary>The file it sends; null for none.</summary>
    public PlanUpload? Upload { get; }

    /// <summary>All parameters, those of the path included, as they are sent. They may hold secrets.</summary>
    internal ApiParameters Parameters { get; }

    /// <summary>Verb and path with the values of the path, without other parameters.</summary>
    internal string Title => $"{Method.ToVerb()} {ConcretePath}";

    internal string ConcretePath
    {
        get
        {
            IEnumerable<string> segments = Path.Split('/').Select(segment => segment.StartsWith('{')
                ? Uri.EscapeDataString(Parameters.Find(segment[1..^1]) ?? "")
                : segment);
            return string.Join('/', segments);
        }
    }

    /// <summary>The call for people: verb, path and parameters, secrets masked.</summary>
    public override string ToString()
    {
        IEnumerable<string> others = Others.Select(parameter => $" {parameter.Name}={Shown(parameter)}");
        return $"{Title}{string.Concat(others)}{(Upload is { } file ? $" file={file.FileName}" : "")}";
    }

    // Who approves a program must see it; only what a template of the policy allows gets this far.
    private string Shown(ApiParameter parameter) => parameter.Name == "command" && Path.EndsWith("/agent/exec", StringComparison.Ordinal)
        ? parameter.Text
        : Secrets.Show(parameter.Name, parameter.Text);

    internal IEnumerable<ApiParameter> Others => Parameters.Where(parameter => !Path.Contains($"{{{parameter.Name}}}", StringComparison.Ordinal));

    /// <summary>Finds the operation behind a concrete path and takes the parameters in the form in which they are sent.</summary>
    /// <exception cref="GuardRefusedException">The API has no such operation, or nobody has classified it.</exception>
    internal static PlannedCall Of(ApiSchema schema, PlanRequest request)
    {
        (ApiOperation operation, ApiParameters parameters) = RawPath.Resolve(schema, request.Method, request.Path, request.Parameters);
        if (request.Upload is { } upload)
        {
            // The parameters as they are sent: a form names its file.
            parameters = UploadForm.NameFile(operation.Bind(schema), parameters, new ApiUpload(Stream.Null, upload.FileName));
        }

        OperationEntry entry = OperationCatalogue.For(schema.Product).Find(operation.Method, operation.Path);
        return entry.IsClassified
            ? new PlannedCall(operation.Method, operation.Path, parameters, entry.ClassOf(parameters), request.Upload)
            : throw new GuardRefusedException("unclassified", $"{operation} is refused: nobody has classified this operation.");
    }

    internal PlannedCall With(ApiParameters parameters) => new(Method, Path, parameters, Class, Upload);

    internal PlannedCall As(OperationClass kind) => new(Method, Path, Parameters, kind, Upload);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("method", Method.ToVerb());
        json.WriteString("path", Path);
        json.WriteString("class", OperationCatalogue.Word(Class));
        json.WriteStartArray("parameters");
        foreach (ApiParameter parameter in Parameters)
        {
            json.WriteStartArray();
            json.WriteStringValue(parameter.Name);
            json.WriteStringValue(parameter.Text);
            json.WriteNumberValue((int)parameter.Kind);
            json.WriteBooleanValue(parameter.IsListItem);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        if (Upload is { } upload)
        {
            json.WriteStartObject("upload");
            json.WriteString("path", upload.Path);
            json.WriteString("name", upload.FileName);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    internal static PlannedCall Read(JsonElement json)
    {
        ApiParameters parameters = [];
        foreach (JsonElement item in json.GetProperty("parameters").EnumerateArray())
        {
            parameters.Add(new ApiParameter(item[0].GetString()!, item[1].GetString()!, (ApiParameterKind)item[2].GetInt32(), item[3].GetBoolean()));
        }

        PlanUpload? upload = json.TryGetProperty("upload", out JsonElement file)
            ? new PlanUpload(file.GetProperty("path").GetString()!, file.GetProperty("name").GetString()!)
            : null;
        return ApiMethods.TryParse(json.Text("method"), out ApiMethod method) && OperationCatalogue.TryParseClass(json.Text("class"), out OperationClass kind)
            ? new PlannedCall(method, json.Text("path")!, parameters, kind, upload)
            : throw new InvalidDataException("A call of the plan has no verb or no class.");
    }
}
