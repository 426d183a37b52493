using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>One call of a plan with its exact parameters.</summary>
public sealed class PlannedCall
{
    private const string UploadPath = "/nodes/{node}/storage/{storage}/upload";

    private readonly bool _replaces;
    private readonly ClassSet _own;
    private readonly ClassSet _more;

    internal PlannedCall(
        ApiMethod method,
        string path,
        ApiParameters parameters,
        ClassSet own,
        PlanUpload? upload = null,
        bool replaces = false,
        ClassSet more = default,
        OperationClass grants = OperationClass.Read)
    {
        (Method, Path, Parameters, Upload, _own, _replaces, _more, Grants) = (method, path, parameters, upload, own, replaces, more, grants);
        ClassSet known = own.And(more);
        Set = replaces ? known.And(OperationClass.Disruptive) : known;
    }

    /// <summary>The verb.</summary>
    public ApiMethod Method { get; }

    /// <summary>The path template below the API root.</summary>
    public string Path { get; }

    /// <summary>How much harm it can do, its parameters considered: the worst of <see cref="Classes"/>.</summary>
    public OperationClass Class => Set.Worst;

    /// <summary>
    /// All that it is, the worst first: a call that loses data and sets a password is destructive as well as privileged. The policy has to allow each of them.
    /// </summary>
    public IReadOnlyList<OperationClass> Classes => Set.Items;

    internal ClassSet Set { get; }

    /// <summary>
    /// The worst class that the policy allows for its guest only after it, because other rules hold then; <see cref="OperationClass.Read"/> for none.
    /// </summary>
    internal OperationClass Grants { get; }

    /// <summary>The drives that it takes out of a machine, and in which there is no disk: the state of the server tells, and nothing is lost by them.</summary>
    internal IReadOnlyList<string> Ejected { get; private init; } = [];

    /// <summary>The parameters by which the catalogue tells how bad it is.</summary>
    internal ApiParameters Weighed => Ejections.Without(Parameters, Ejected);

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

    /// <summary>The call for records: verb, path and parameters; what is a secret or the content of something is masked.</summary>
    public override string ToString() => Text(parameter => ReviewedParameter.Record(Path, parameter));

    /// <summary>
    /// The call for whoever decides about it: every parameter in full, and masked only what is a secret for certain. Control characters are made visible.
    /// </summary>
    public string ToReview() => Text(parameter => ReviewedParameter.Show(Path, parameter));

    /// <summary>The same for a question: what is written freely stands in quotes, so that it looks like no other parameter, class or call.</summary>
    internal string ToQuestion() => Text(parameter => ReviewedParameter.IsFreeText(parameter.Name)
        ? ReviewedParameter.InQuotes(ReviewedParameter.Show(Path, parameter))
        : ReviewedParameter.Show(Path, parameter));

    private string Text(Func<ApiParameter, string> show)
    {
        // Free text stands last: whoever reads the line could not tell where it ends and the next parameter begins.
        IEnumerable<string> others = Others.OrderBy(static parameter => ReviewedParameter.IsFreeText(parameter.Name)).Select(parameter => $" {parameter.Name}={show(parameter)}");
        return $"{Title}{string.Concat(others)}{(Upload is { } file ? $" file={file.FileName}" : "")}";
    }

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
        else if (operation is { Method: ApiMethod.Post, Path: UploadPath })
        {
            throw new GuardRefusedException("target", $"{operation.Method.ToVerb()} {request.Path} is refused: it sends a file, and none is given. "
                + "A file of this machine is planned by a person: prox plan create storage upload FILE. A server can also fetch one itself (download-url).");
        }

        parameters = CdromAlias.Resolve(operation.Path, parameters);
        OperationEntry entry = OperationCatalogue.For(schema.Product).Find(operation.Method, operation.Path);
        return entry.IsClassified
            ? new PlannedCall(operation.Method, operation.Path, parameters, entry.SetOf(parameters), request.Upload)
            : throw new GuardRefusedException("unclassified", Unclassified(schema, operation));
    }

    // What is not in the API is a slip, or of a newer server; either way nobody can tell how bad it is.
    private static string Unclassified(ApiSchema schema, ApiOperation operation)
    {
        if (schema.TryMatch(operation.Method, operation.Path, out _))
        {
            return $"{operation} is refused: nobody has classified this operation.";
        }

        string[] others = [.. Enum.GetValues<ApiMethod>().Where(method => schema.TryMatch(method, operation.Path, out _)).Select(static method => method.ToVerb())];
        string there = others.Length == 0 ? "and nothing under this path" : $"the path has {string.Join(", ", others)}";
        return $"{operation} is refused: the API that this version knows has no such call, {there}.";
    }

    internal PlannedCall With(ApiParameters parameters) => new(Method, Path, parameters, _own, Upload, _replaces, _more, Grants) { Ejected = Ejected };

    /// <summary>The request that leads to this call.</summary>
    public PlanRequest ToRequest() => new(Method, ConcretePath, Parameters) { Upload = Upload };

    /// <summary>The call as one that may take away the protection that a retirement has set: that alone makes it no worse.</summary>
    internal PlannedCall Released(ProxmoxProduct product) =>
        new(Method, Path, Parameters, OperationCatalogue.For(product).Find(Method, Path).SetOf(Retirement.WithoutRelease(Parameters)), Upload);

    /// <summary>Two calls that would send the same.</summary>
    internal bool IsSame(PlannedCall other) => Set == other.Set && JsonTexts.Build(Write) == JsonTexts.Build(other.Write);

    /// <summary>The call as one that puts another disk, or file, in the place of one: that is disruptive, and only the state of the server tells.</summary>
    internal PlannedCall AsReplacing() => new(Method, Path, Parameters, _own, Upload, replaces: true, _more, Grants) { Ejected = Ejected };

    /// <summary>The call with a class that the state of the server gives it beside those of its parameters.</summary>
    internal PlannedCall Also(OperationClass kind) => kind <= OperationClass.Reversible || Set.Has(kind)
        ? this
        : new(Method, Path, Parameters, _own, Upload, _replaces, _more.And(kind), Grants) { Ejected = Ejected };

    /// <summary>The call as one that loses data because of the state of the server, whatever its class is by its parameters.</summary>
    internal PlannedCall AsLosing() =>
        new(Method, Path, Parameters, _own, Upload, _replaces, _more.And(OperationClass.Destructive), Grants) { Ejected = Ejected };

    /// <summary>The call as one that makes a class of calls allowed for its guest by the policy.</summary>
    internal PlannedCall Granting(OperationClass kind) => new(Method, Path, Parameters, _own, Upload, _replaces, _more, kind) { Ejected = Ejected };

    /// <summary>The call as one that takes drives without a disk out of a machine. It is judged by that before it is by anything else.</summary>
    internal PlannedCall Ejecting(IReadOnlyList<string> drives) => Weigh(Parameters, drives);

    /// <summary>The same call on a machine with other parameters, as bad as those are.</summary>
    internal PlannedCall Ordering(ApiParameters parameters) => Weigh(parameters, Ejected);

    private PlannedCall Weigh(ApiParameters parameters, IReadOnlyList<string> drives) => new(
        Method,
        Path,
        parameters,
        OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(Method, Path).SetOf(Ejections.Without(parameters, drives)),
        Upload,
        _replaces,
        _more,
        Grants)
    {
        Ejected = drives,
    };

    /// <summary>True for a call that loses data because of the state of the server.</summary>
    internal bool LosesMore => _more.Has(OperationClass.Destructive);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteMembers(json);
        json.WriteEndObject();
    }

    internal void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("method", Method.ToVerb());
        json.WriteString("path", Path);
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
        WriteState(json);
        if (Upload is { } upload)
        {
            json.WriteStartObject("upload");
            json.WriteString("path", upload.Path);
            json.WriteString("name", upload.FileName);
            json.WriteEndObject();
        }
    }

    // What the state of the server has made of it.
    private void WriteState(Utf8JsonWriter json)
    {
        if (_replaces)
        {
            json.WriteBoolean("replaces", true);
        }

        if (_more.Worst > OperationClass.Read)
        {
            json.WriteStartArray("also");
            foreach (OperationClass kind in _more.Items)
            {
                json.WriteStringValue(OperationCatalogue.Word(kind));
            }

            json.WriteEndArray();
        }

        if (Grants > OperationClass.Read)
        {
            json.WriteString("grants", OperationCatalogue.Word(Grants));
        }

        if (Ejected.Count > 0)
        {
            json.WriteStartArray("ejects");
            foreach (string drive in Ejected)
            {
                json.WriteStringValue(drive);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>Reads a call. How bad it is follows from the catalogue: what a file says about itself proves nothing.</summary>
    internal static PlannedCall Read(ProxmoxProduct product, JsonElement json)
    {
        ApiParameters parameters = [];
        foreach (JsonElement item in json.GetProperty("parameters").EnumerateArray())
        {
            ApiParameterKind kind = (ApiParameterKind)item[2].GetInt32();
            parameters.Add(Enum.IsDefined(kind)
                ? new ApiParameter(item[0].GetString()!, item[1].GetString()!, kind, item[3].GetBoolean())
                : throw new InvalidDataException("A parameter of the plan is of no kind."));
        }

        PlanUpload? upload = json.TryGetProperty("upload", out JsonElement file)
            ? new PlanUpload(file.GetProperty("path").GetString()!, file.GetProperty("name").GetString()!)
            : null;
        string path = json.GetProperty("path").GetString()!;
        bool replaces = json.TryGetProperty("replaces", out JsonElement said) && said.GetBoolean();
        PlannedCall call = ApiMethods.TryParse(json.Text("method"), out ApiMethod method)
            ? new PlannedCall(
                method,
                path,
                parameters,
                OperationCatalogue.For(product).Find(method, path).SetOf(parameters),
                upload,
                replaces,
                ReadMore(json),
                ReadClass(json.Text("grants")))
            : throw new InvalidDataException("A call of the plan has no verb.");
        return json.TryGetProperty("ejects", out JsonElement drives) ? ReadEjecting(product, call, drives) : call;
    }

    // What it says is true if the server says so too when it is applied.
    private static PlannedCall ReadEjecting(ProxmoxProduct product, PlannedCall call, JsonElement json)
    {
        string[] drives = [.. json.EnumerateArray().Select(static drive => drive.GetString()!)];
        return product == ProxmoxProduct.VirtualEnvironment && Ejections.Fit(call, drives)
            ? call.Ejecting(drives)
            : throw new InvalidDataException("A call of the plan takes out what is no drive.");
    }

    private static ClassSet ReadMore(JsonElement json) => json.TryGetProperty("also", out JsonElement also)
        ? also.EnumerateArray().Aggregate(default(ClassSet), static (found, word) => found.And(ReadClass(word.GetString())))
        : default;

    private static OperationClass ReadClass(string? word) => word is null ? OperationClass.Read
        : Enum.TryParse(word, ignoreCase: true, out OperationClass kind) ? kind
        : throw new InvalidDataException("A call of the plan has no class.");
}
