namespace ProxSharp.Recordings.Tests;

/// <summary>Which recordings our client cannot or must not produce, and why. Everything else is replayed.</summary>
internal static class Exceptions
{
    private const string Mistake = "the recorded request is a deliberate mistake that the client cannot make";
    private const string OtherFormat = "an answer in another format than JSON";
    private const string Refused = "the client refuses to send this and says why";
    private const string BodyNotKept = "the recorder kept the size of the uploaded form only";
    private const string OneSpelling = "the raw API writes a boolean in the one form the server takes, so this mistake cannot be made";

    /// <summary>Recordings whose answer is not for the JSON API.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotReplayed = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["pve/samples/045-unknown-format.json"] = OtherFormat,
        ["pve/samples/046-no-format.json"] = OtherFormat,
        ["pve/samples/047-not-api-path.json"] = OtherFormat,
        ["pve/samples/049-extjs-bad-params.json"] = OtherFormat,
        ["pve/samples/050-extjs-500.json"] = OtherFormat,
        ["pve/samples/051-extjs-403.json"] = OtherFormat,
        ["pve/samples/053-html-version.json"] = OtherFormat,
        ["pve/samples/054-text-version.json"] = OtherFormat,
        ["pve/samples/552-spiceconfig-format.json"] = OtherFormat,
        ["pve/samples/554-htmljs-format.json"] = OtherFormat,
        ["pve/samples/349-node-journal.json"] = "an empty stream: the recorded node had no journal",
        ["pve/samples/094-param-dup-in-uri.json"] = Refused,
        ["pve/samples/262-tfa-challenge-ticket-unusable.json"] = Refused,
        ["pbs/samples/access-api-with-challenge-ticket.json"] = Refused,
        ["pbs/samples/err-extjs-format.json"] = OtherFormat,
        ["pbs/samples/version-extjs.json"] = OtherFormat,
    };

    /// <summary>Recordings whose answer is replayed, but whose request has no equivalent.</summary>
    public static readonly IReadOnlyDictionary<string, string> RequestDiffers = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["pve/samples/057-get-with-body.json"] = Mistake,
        ["pve/samples/058-delete-with-body.json"] = Mistake,
        ["pve/samples/059-bad-content-type.json"] = Mistake,
        ["pve/samples/061-json-bad.json"] = Mistake,
        ["pve/samples/062-json-array-body.json"] = Mistake,
        ["pve/samples/677-json-object-propstring.json"] = Mistake,
        ["pve/samples/210-upload-ok.json"] = BodyNotKept,
        ["pve/samples/211-upload-ok-token.json"] = BodyNotKept,
        ["pve/samples/213-upload-checksum-bad.json"] = BodyNotKept,
        ["pve/samples/215-upload-checksum-ok.json"] = BodyNotKept,
        ["pve/samples/217-upload-bad-content.json"] = BodyNotKept,
        ["pve/samples/218-upload-forbidden.json"] = BodyNotKept,
        ["pve/samples/219-upload-quoted-boundary.json"] = Mistake,
        ["pve/samples/221-upload-filename-star.json"] = BodyNotKept,
        ["pve/samples/222-upload-ct-before-cd.json"] = Mistake,
        ["pve/samples/223-upload-file-first.json"] = Mistake,
        ["pve/samples/079-bool-form-yes.json"] = OneSpelling,
        ["pve/samples/081-bool-form-true.json"] = OneSpelling,
        ["pve/samples/082-bool-form-false.json"] = OneSpelling,
        ["pve/samples/083-bool-form-on.json"] = OneSpelling,
        ["pve/samples/085-bool-form-YES.json"] = OneSpelling,
        ["pve/samples/025-token-malformed.json"] = Mistake,
        ["pbs/samples/auth-token-pve-style.json"] = Mistake,
        ["pbs/samples/admin-GET-access-domains.json"] = "a call that needs no login is sent without credentials",
        ["pbs/samples/err-400-bad-json.json"] = Mistake,
    };
}
