namespace ProxSharp.CodeGen.Model;

/// <summary>Collects the result classes: equal shapes are one type.</summary>
internal sealed class ClassRegistry
{
    private readonly Dictionary<string, ClassModel> _classes = new(StringComparer.Ordinal);

    /// <summary>The classes in the order they were first seen.</summary>
    public List<ClassModel> Classes { get; } = [];

    /// <summary>Returns the class with some members.</summary>
    /// <param name="members">The members.</param>
    /// <param name="use">The place that needs it.</param>
    /// <param name="compact">How to store it in little space; null to store all members plainly.</param>
    public CodeType Get(IReadOnlyList<MemberModel> members, ResultPlace use, CompactLayout? compact)
    {
        string identity = string.Join('\n', members.Select(static member => $"{member.WireName}:{member.Type.Signature}:{member.IsOptional}"));
        if (!_classes.TryGetValue(identity, out ClassModel? model))
        {
            model = new ClassModel { Identity = $"class {Classes.Count}", Members = members, Path = use.Path, File = use.File };
            _classes[identity] = model;
            Classes.Add(model);
        }

        model.Uses.Add(use.Words);
        model.Endpoints.Add(use.Endpoint);
        model.Compact ??= compact;
        return new CodeType(CodeKind.Class, model);
    }
}
