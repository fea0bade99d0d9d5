*** Test Cases ***
Ok
    Log    fine
Fails
    Fail    no <way>
Skips
    Skip    not here
